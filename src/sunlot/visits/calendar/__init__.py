"""The calendar of visits: of an entity, of a unit, of an inspector; by the month, and as iCalendar for other programs."""
