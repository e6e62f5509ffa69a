using TraceFast.Data;

namespace TraceFast.Constraints;

/// <summary>A constraint that can not be: an unknown sort, a missing or wrong argument, a part that the sort does not speak about.</summary>
public sealed class ConstraintException(string message) : InputException(message);
