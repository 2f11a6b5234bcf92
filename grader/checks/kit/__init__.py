"""What check files share: probes, layers, nonlinearities, functions and optimizers."""
