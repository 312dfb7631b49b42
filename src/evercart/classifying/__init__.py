"""How well are messages told apart, as their labels come?"""
