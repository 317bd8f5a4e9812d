"""The rows beside ours in `intently evaluate commands`: one concept a file, each as strong as its kind can be."""
