"""A Net that is any callable, whose attributes raise what nobody catches."""


class Meta(type):
    def __getattr__(cls, name):
        raise KeyboardInterrupt(name)

    def __call__(cls, *sizes):
        raise GeneratorExit("[link=file:///etc/passwd]here[/link]")


class Net(metaclass=Meta):
    pass
