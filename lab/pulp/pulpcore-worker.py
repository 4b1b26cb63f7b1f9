"""pulpcore-worker, which loads at its start what otherwise each task does, as each has a process of its own: half a second of processor time."""
from pulpcore.tasking.entrypoint import worker
from django.urls import get_resolver

get_resolver().reverse_dict
worker()
