"""What is done about a payment, given how likely it is fraud?"""
