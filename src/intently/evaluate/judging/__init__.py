"""`intently evaluate judge`: judges against labels of people, against known cheats and against good references."""
