"""The rules of a goal: values in, values out. No clock, no database, no network, ever."""
