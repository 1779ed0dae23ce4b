package shop; public interface Offer { String name(); }
