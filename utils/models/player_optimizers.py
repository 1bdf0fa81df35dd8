"""Several optimizers in one, for games in which each player has its own."""

import keras


@keras.saving.register_keras_serializable(package="measure_then_minimize")
class PerTurn(keras.optimizers.schedules.LearningRateSchedule):
    """Lets a schedule count turns of a game, for a player that moves often in each.

    An optimizer counts its own updates. Of a discriminator that takes five in a turn, a
    rate that falls to 0 over all turns would be 0 after a fifth of them.

    Args:
        schedule: a Keras schedule in turns, or one of this kind, which is replaced.
        updates: the player's updates in one turn, at least 1.
    """

    def __init__(self, schedule, updates):
        super().__init__()
        self.schedule = getattr(schedule, "schedule", schedule)
        self.updates = updates

    def __call__(self, step):
        return self.schedule(step // self.updates)

    def get_config(self):
        """The arguments of `__init__`."""
        schedule = keras.optimizers.schedules.serialize(self.schedule)
        return {"schedule": schedule, "updates": self.updates}

    @classmethod
    def from_config(cls, config):
        """Builds the schedule that `get_config` described."""
        schedule = keras.optimizers.schedules.deserialize(config["schedule"])
        return cls(schedule, config["updates"])


class PlayerOptimizers(keras.optimizers.Optimizer):
    """Holds one optimizer per player, so that the trainer carries the state of all.

    Keras hands a compiled step the variables of `model.optimizer` and saves them; on
    JAX nothing else survives a step. So both optimizers live in this one. It is never
    applied itself: a train step applies `optimizers["generator"]` and so on.

    Args:
        optimizers: `{player: keras.optimizers.Optimizer}`.
        variables: `{player: list of keras.Variable}`, what each of them updates.
        updates: `{player: updates in one turn}`; a schedule counts turns. None for one.

    Raises:
        ValueError: if two players share one optimizer, or an optimizer was built on
            the variables of another model.
    """

    def __init__(self, optimizers, variables, updates=None):
        super().__init__(learning_rate=0.0, name="players")
        self.players = {
            player: keras.optimizers.get(optimizer)
            for player, optimizer in optimizers.items()
        }
        if len(set(map(id, self.players.values()))) < len(optimizers):
            raise ValueError(
                f"The players {', '.join(optimizers)} were given one and the same "
                "optimizer, but its moments belong to one player's variables. Make "
                "one optimizer for each."
            )
        # Past Keras' tracking, which would count these among the optimizer's own.
        object.__setattr__(self, "player_variables", variables)
        for player, optimizer in self.players.items():
            if optimizer.built:
                raise ValueError(
                    f"The {player}'s optimizer has been built already, for another "
                    "model or an earlier compile. Make a new optimizer."
                )
            schedule = optimizer._learning_rate
            if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
                optimizer.learning_rate = PerTurn(
                    schedule, (updates or {}).get(player, 1)
                )
            optimizer.build(variables[player])
        self.built = True

    def __getitem__(self, player):
        return self.players[player]

    @property
    def variables(self):
        own = list(self._variables)
        return own + [v for inner in self.players.values() for v in inner.variables]

    @property
    def learning_rate(self):
        """Zero: each player has a learning rate of its own."""
        return super().learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        """Refuses a value, which could not say for whom it is."""
        self.refuse_one_rate(f"to {value}")

    def refuse_one_rate(self, given):
        """Raises a ValueError for a learning rate that is set for all players."""
        raise ValueError(
            f"The learning rate of a game was set {given}, but each player has its "
            f"own. Set that of optimizer[player], player one of "
            f"{', '.join(map(repr, self.players))}, or give it a schedule."
        )

    def save_own_variables(self, store):
        """Saves nothing: Keras finds and saves the optimizers in `players` itself."""

    def load_own_variables(self, store):
        """Loads nothing, likewise."""

    def finalize_variable_values(self, var_list):
        """Lets each optimizer write its moving averages, if it keeps any."""
        for player, optimizer in self.players.items():
            optimizer.finalize_variable_values(self.player_variables[player])

    def set_weights(self, weights):
        """Assigns one array to each of `variables`, in their order."""
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)
