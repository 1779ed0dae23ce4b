return { name = "one" }
