"""What people do, one function each: callable without a server, used by the API and the command line alike."""
