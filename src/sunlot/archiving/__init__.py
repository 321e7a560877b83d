"""The archiving room (归档): a finished inspection as one file, how long it is kept, what holds it, and what is proposed to go."""
