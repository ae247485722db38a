"""What administrators see of jobs and mail, and everybody of her own long work: frozen data, decided here.

Routes read, these modules decide, templates print.
"""
