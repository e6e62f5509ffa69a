using System.Text.Json;
using TraceFast.Constraints;

namespace TraceFast.Evaluation.Constraints;

/// <summary>
/// A prompt's response with what became of each constraint. Its line in <c>--per-record</c>: {"id", "obeyed", "exact", "constraints": [{"sort", "text", "outcome", "reason"}]}.
/// </summary>
public sealed record ConstraintRecord : RecordResult
{
    public required string Id { get; init; }

    /// <summary>What the bootstrap draws: 0 for the first record of the file.</summary>
    public required int Unit { get; init; }

    /// <summary>What the prompt states, one for each of <see cref="RecordResult.Constraints"/>.</summary>
    public required IReadOnlyList<StatedConstraint> Stated { get; init; }

    /// <summary>Constraints that a program decides.</summary>
    public int Exact => Constraints.Count(c => c.Outcome != Outcome.NeedsJudge);

    public int Obeyed => Constraints.Count(c => c.Outcome == Outcome.Obeyed);

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteNumber("obeyed", Obeyed);
        json.WriteNumber("exact", Exact);
        json.WriteStartArray("constraints");
        foreach (ConstraintResult constraint in Constraints)
        {
            json.WriteStartObject();
            json.WriteString("sort", constraint.Kind);
            json.WriteString("text", constraint.Text);
            json.WriteString("outcome", OutcomeNames.Of(constraint.Outcome));
            json.WriteString("reason", constraint.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
