"""How fast Carnet answers, beside what a bare Flask application on the same machine and data could do at best."""
