<%@ page isErrorPage="true" %>Nothing at <%= request.getAttribute("jakarta.servlet.error.request_uri") %>
