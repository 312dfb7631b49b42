"""Gate: may a challenger go live?"""
