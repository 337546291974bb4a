"""Made-up contacts to try Carnet with (contract: `carnet demo`)."""
