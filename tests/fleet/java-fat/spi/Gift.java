package spi; public class Gift implements shop.Offer { public String name() { return "gift"; } }
