using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>Noise in answers: constraints that are broken on purpose, by obeying their contradiction.</summary>
internal static class Breaking
{
    /// <param name="drawer">Draws contradictions.</param>
    /// <param name="constraints">What the instruction asks.</param>
    /// <param name="kept">Numbers of those that are always obeyed.</param>
    /// <param name="obey">The probability with which another one is.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="obeyed">What the answer is to obey instead.</param>
    /// <returns>Numbers of the broken ones.</returns>
    public static List<int> Draw(ConstraintDrawer drawer, IReadOnlyList<Constraint> constraints, IReadOnlyList<int> kept, double obey, SeededRandom random, out List<Constraint> obeyed)
    {
        obeyed = [.. constraints];
        List<int> broken = [];
        for (int n = 0; obey < 1 && n < constraints.Count; n++)
        {
            if (kept.Contains(n) || random.Chance(obey))
                continue;
            List<Constraint> others = [.. obeyed];
            others.RemoveAt(n);
            if (drawer.Contradiction(constraints[n], others) is not { } other)
                continue;
            obeyed[n] = other;
            broken.Add(n);
        }

        return broken;
    }
}
