"""What sparkfix asks of git; GitPython is used nowhere else."""
