"""Every sentence that states a result, in English and Hindi."""
