package shop;
import java.io.*; import java.nio.charset.*; import java.sql.*; import java.text.*; import java.time.*; import java.time.format.*; import java.util.*; import java.util.prefs.*;
import javax.servlet.http.*; import org.eclipse.jetty.server.*; import org.eclipse.jetty.server.handler.*; import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.*; import org.springframework.context.annotation.*; import com.fasterxml.jackson.databind.*;
public class App {
  public static class Conf { @Bean public Connection db() throws Exception { Connection c = DriverManager.getConnection("jdbc:hsqldb:mem:shop", "SA", ""); c.createStatement().execute("create table item(id int generated always as identity, name varchar(50))"); return c; } }
  static final Logger log = LoggerFactory.getLogger(App.class);
  static String run(String... c) throws Exception { Process p = new ProcessBuilder(c).redirectErrorStream(true).start(); String s = new String(p.getInputStream().readAllBytes()); p.waitFor(); return s; }
  public static void main(String[] a) throws Exception {
    if (a.length > 0 && a[0].equals("version")) { System.out.println("shop 1 agent=" + System.getProperty("agent")); return; }
    AnnotationConfigApplicationContext ctx = new AnnotationConfigApplicationContext(Conf.class); Connection db = ctx.getBean(Connection.class); ObjectMapper om = new ObjectMapper();
    Server s = new Server(18103); SslContextFactory.Server ssl = new SslContextFactory.Server(); ssl.setKeyStorePath("/tmp/key.p12"); ssl.setKeyStorePassword("changeit");
    ServerConnector t = new ServerConnector(s, ssl); t.setPort(18104); s.addConnector(t);
    s.setHandler(new AbstractHandler() { public void handle(String path, Request b, HttpServletRequest q, HttpServletResponse r) throws IOException {
      try { Map<String, Object> o = new LinkedHashMap<>();
        switch (path) {
        case "/add": { PreparedStatement p = db.prepareStatement("insert into item(name) values(?)"); p.setString(1, q.getParameter("n")); p.execute(); o.put("ok", true); break; }
        case "/items": { List<String> l = new ArrayList<>(); ResultSet rs = db.createStatement().executeQuery("select name from item"); while (rs.next()) l.add(rs.getString(1)); o.put("items", l); break; }
        case "/text": { Locale l = Locale.forLanguageTag(q.getParameter("l")); o.put("text", MessageFormat.format(ResourceBundle.getBundle("texts", l).getString("hello"), "x")); o.put("date", LocalDate.of(2024, 7, 1).format(DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL).withLocale(l))); o.put("money", NumberFormat.getCurrencyInstance(l).format(1234.5)); break; }
        case "/offers": { List<String> l = new ArrayList<>(); for (Offer f : ServiceLoader.load(Offer.class, Thread.currentThread().getContextClassLoader())) l.add(f.name()); for (Offer f : ServiceLoader.load(Offer.class, App.class.getClassLoader())) l.add(f.name()); o.put("offers", l); break; }
        case "/native": o.put("sha", Fast.first()); break;
        case "/agent": o.put("agent", System.getProperty("agent")); break;
        case "/threads": o.put("dump", run("jcmd", "" + ProcessHandle.current().pid(), "Thread.print").contains("main") + ""); o.put("sh", run("sh", "-c", "ls /opt/shop | wc -l").trim()); break;
        case "/charset": o.put("sjis", new String(new byte[]{(byte) 0x82, (byte) 0xa0}, "Shift_JIS")); o.put("ibm", Charset.isSupported("IBM1047")); break;
        case "/xml": { javax.xml.transform.Transformer x = javax.xml.transform.TransformerFactory.newInstance().newTransformer(); StringWriter w = new StringWriter(); x.transform(new javax.xml.transform.stream.StreamSource(new StringReader("<a><b/></a>")), new javax.xml.transform.stream.StreamResult(w)); o.put("xml", w.toString()); break; }
        case "/js": o.put("http", java.net.http.HttpClient.newHttpClient().version().toString()); o.put("mx", java.lang.management.ManagementFactory.getRuntimeMXBean().getVmName()); o.put("ldap", javax.naming.NoInitialContextException.class.getName()); break;
        case "/boom": throw new IllegalStateException("boom");
        default: r.setStatus(404); o.put("error", "none"); }
        r.setContentType("application/json;charset=utf-8"); r.getWriter().print(om.writeValueAsString(o));
      } catch (IOException e) { throw e; } catch (Exception e) { log.error("broken", e); r.setStatus(500); r.getWriter().print("broken " + e.getMessage()); }
      b.setHandled(true); } });
    s.setStopAtShutdown(true); s.start(); log.info("ready"); s.join();
  }
}
