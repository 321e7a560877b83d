"""Extensions of the time for an inspection (延期): asked for by those who inspect, approved by the head of their unit."""
