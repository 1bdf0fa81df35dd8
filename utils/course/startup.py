"""What a kernel of the course runs first, by way of `PYTHONSTARTUP`: no name stays."""

__import__("utils.course.greeting").course.greeting.mute()
