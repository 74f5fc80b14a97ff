"""What people look at: tables and files made from the journals of runs. Nothing here runs anything."""
