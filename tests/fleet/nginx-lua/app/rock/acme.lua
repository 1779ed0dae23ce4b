local c = require "acme.core" return { twice = c.twice }
