"""`intently evaluate commands`: does the next feed obey, and does it find what the person had in mind?"""
