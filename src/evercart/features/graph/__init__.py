"""Who shares what with whom: cards, devices, addresses as a graph that is kept online."""
