"""Anonymous ratings of visits: five questions, counted by department and quarter, for 纪检 alone."""
