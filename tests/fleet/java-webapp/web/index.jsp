<%@ page contentType="text/html; charset=UTF-8" import="java.text.NumberFormat,java.util.Locale" %>
<html><body><h1>Shop ${1 + 1}</h1>
<p><%= NumberFormat.getCurrencyInstance(Locale.GERMANY).format(1234.5) %></p>
<p><%= java.time.ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, java.time.ZoneId.of("America/Lima")) %></p>
</body></html>
