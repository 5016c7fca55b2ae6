"""Sites to tables: pure functions of tables, no files and no drawing."""
