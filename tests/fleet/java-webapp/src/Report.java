import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.edit.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;

/* Orders in a database, and what is made of them: a chart, a PDF, a process. */
@WebServlet(urlPatterns = {"/orders", "/chart", "/pdf", "/shell", "/compile"}, loadOnStartup = 1)
public class Report extends HttpServlet {
    private static Connection database() throws Exception {
        Class.forName("org.h2.Driver");
        return DriverManager.getConnection("jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1");
    }

    @Override
    public void init() {
        try (Connection c = database()) {
            c.createStatement().execute("create table orders(id identity, name varchar(80), price decimal(9,2))");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setCharacterEncoding("UTF-8");
        try (Connection c = database(); PreparedStatement s = c.prepareStatement("insert into orders(name, price) values(?, ?)")) {
            s.setString(1, request.getParameter("name"));
            s.setBigDecimal(2, new java.math.BigDecimal(request.getParameter("price")));
            s.executeUpdate();
            response.setStatus(201);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            switch (request.getServletPath()) {
            case "/chart": chart(response); break;
            case "/pdf": pdf(response); break;
            case "/shell": shell(response); break;
            default: orders(response);
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void orders(HttpServletResponse response) throws Exception {
        response.setContentType("text/plain; charset=UTF-8");
        try (Connection c = database();
             ResultSet r = c.createStatement().executeQuery("select name, price from orders order by name")) {
            while (r.next())
                response.getWriter().println(r.getString(1) + " " + r.getBigDecimal(2));
        }
    }

    private static void chart(HttpServletResponse response) throws Exception {
        BufferedImage image = new BufferedImage(320, 80, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.setFont(new Font("DejaVu Sans", Font.BOLD, 24));
        g.drawString("Größe: Ω 42", 10, 40);
        int width = g.getFontMetrics().stringWidth("Größe: Ω 42");
        response.setHeader("X-Width", String.valueOf(width));
        response.setHeader("X-Font", g.getFont().getFontName());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        ImageIO.write(image, "jpeg", new ByteArrayOutputStream());
        response.setContentType("image/png");
        response.getOutputStream().write(out.toByteArray());
    }

    private static void pdf(HttpServletResponse response) throws Exception {
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage();
            document.addPage(page);
            PDPageContentStream content = new PDPageContentStream(document, page);
            content.beginText();
            content.setFont(PDType1Font.HELVETICA, 14);
            content.moveTextPositionByAmount(72, 700);
            content.drawString("Orders");
            content.endText();
            content.close();
            response.setContentType("application/pdf");
            document.save(response.getOutputStream());
        }
    }

    private static void shell(HttpServletResponse response) throws Exception {
        Process p = new ProcessBuilder("/bin/sh", "-c", "echo $((6 * 7))").start();
        response.getOutputStream().write(p.getInputStream().readAllBytes());
    }
}
