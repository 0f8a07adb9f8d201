"""What the tests have beside the SDK: the real server, people who talk to its bots, and a network that breaks."""
