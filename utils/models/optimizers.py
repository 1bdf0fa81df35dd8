"""Several optimizers in one, for games in which each player has its own."""

import keras


class PlayerOptimizers(keras.optimizers.Optimizer):
    """Holds one optimizer a player, so that the trainer carries the state of all.

    Keras hands a compiled step the variables of `model.optimizer` and saves them; on
    JAX nothing else survives a step. So both optimizers live in this one. It is never
    applied itself: a train step applies `optimizers["generator"]` and so on.

    Args:
        optimizers: `{player: keras.optimizers.Optimizer}`.
        variables: `{player: list of keras.Variable}`, what each of them updates.

    Raises:
        ValueError: if two players share one optimizer, or an optimizer was built on
            the variables of another model.
    """

    def __init__(self, optimizers, variables):
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
        raise ValueError(
            f"The learning rate of a game was set to {value}, but each player has its "
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
