"""How well is fraud told before its label comes?"""
