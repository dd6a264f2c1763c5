"""What several learners are built from: scales, families, trees, the way an answer is served."""
