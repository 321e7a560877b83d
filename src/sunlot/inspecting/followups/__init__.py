"""Follow-ups (监管衔接): orders to correct with a deadline, cases handed over, each followed to its end."""
