"""What holds when reads are short, reads, seeks and writes fail, processes are killed or fork."""
