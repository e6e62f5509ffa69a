using TraceFast.Constraints.Templates;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.FromResponses;

/// <summary>Draws what one answer obeys and the other violates, one constraint per family, rare sorts first so that lengths do not drown the rest.</summary>
internal sealed class ContrastDraw
{
    private readonly Dictionary<string, int> _used = [];

    /// <summary>Constraints that <paramref name="own"/> obeys and <paramref name="other"/> violates, none in conflict with another; empty: there is no contrast.</summary>
    public IReadOnlyList<Constraint> Draw(AnswerShape own, AnswerShape other, Exchange exchange, int most, SeededRandom random)
    {
        List<(string Family, Constraint Constraint, double Weight)> open = [];
        foreach ((string family, Constraint constraint) in Observers.Observe(own, other, exchange))
        {
            if (constraint.Check(own.Response).IsObeyed && constraint.Check(other.Response).Outcome == Outcome.Violated && Statements.Fitting(constraint, exchange.Language).Count > 0)
                open.Add((family, constraint, Weight(constraint)));
        }

        List<Constraint> drawn = [];
        int wanted = random.Between(1, most);
        while (drawn.Count < wanted && open.Count > 0)
        {
            Constraint next = Pick(open, random);
            string family = open.First(o => o.Constraint.Equals(next)).Family;
            drawn.Add(next);
            open.RemoveAll(o => o.Family == family || next.ConflictsWith(o.Constraint));
        }

        foreach (Constraint constraint in drawn)
            _used[constraint.Type.Name] = _used.GetValueOrDefault(constraint.Type.Name) + 1;
        return drawn;
    }

    private double Weight(Constraint constraint) => 1.0 / (1 + _used.GetValueOrDefault(constraint.Type.Name));

    private static Constraint Pick(List<(string Family, Constraint Constraint, double Weight)> open, SeededRandom random)
    {
        double at = random.Below(1_000_000) / 1e6 * open.Sum(o => o.Weight);
        foreach ((_, Constraint constraint, double weight) in open)
        {
            at -= weight;
            if (at < 0)
                return constraint;
        }

        return open[^1].Constraint;
    }
}
