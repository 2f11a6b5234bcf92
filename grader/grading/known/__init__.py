"""What is known of a module without running it: nothing to judge, or a result that was kept."""
