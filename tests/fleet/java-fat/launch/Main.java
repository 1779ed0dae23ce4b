package launch;
import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*; import java.util.jar.*;
public class Main {
  public static void main(String[] a) throws Exception {
    File me = new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<URL> urls = new ArrayList<>(); Path tmp = Files.createTempDirectory("boot");
    try (JarFile j = new JarFile(me)) {
      for (JarEntry e : Collections.list(j.entries())) {
        if (e.isDirectory()) continue; Path p = tmp.resolve(e.getName()); Files.createDirectories(p.getParent());
        try (InputStream in = j.getInputStream(e)) { Files.copy(in, p); }
        if (e.getName().startsWith("BOOT-INF/lib/")) urls.add(p.toUri().toURL());
      }
      urls.add(tmp.resolve("BOOT-INF/classes/").toUri().toURL());
      for (File f : new File(System.getProperty("plugins")).listFiles()) urls.add(f.toURI().toURL());
      ClassLoader l = new URLClassLoader(urls.toArray(new URL[0]), Main.class.getClassLoader()); Thread.currentThread().setContextClassLoader(l);
      l.loadClass(j.getManifest().getMainAttributes().getValue("Start-Class")).getMethod("main", String[].class).invoke(null, (Object) a);
    }
  }
}
