using System.Text.Json;
using TraceFast.Constraints;

namespace TraceFast.Evaluation.Judging;

/// <summary>Who decided about a constraint.</summary>
public enum Decider
{
    /// <summary>A program, exactly.</summary>
    Program,

    /// <summary>The judge, or nobody where it did not decide.</summary>
    Judge,
}

/// <summary>A record of a benchmark that needs a judge. Its line in <c>--per-record</c>: {"id", "constraints": [{"kind", "text", "outcome", "by", "reason"}], its scores}.</summary>
public sealed record JudgedRecord : RecordResult
{
    /// <summary>The record's own name in its file.</summary>
    public required string Id { get; init; }

    /// <summary>Who decided, for each constraint.</summary>
    public required IReadOnlyList<Decider> Deciders { get; init; }

    /// <summary>The calls that it needed.</summary>
    public Judgements Judgements { get; init; }

    /// <summary>The benchmark's figures for the record: name, value. Written as null where a call gave no verdict.</summary>
    public IReadOnlyList<(string Name, double Value)> Scores { get; init; } = [];

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("id", Id);
        json.WriteStartArray("constraints");
        for (int i = 0; i < Constraints.Count; i++)
        {
            ConstraintResult constraint = Constraints[i];
            json.WriteStartObject();
            json.WriteString("kind", constraint.Kind);
            json.WriteString("text", constraint.Text);
            json.WriteString("outcome", OutcomeNames.Of(constraint.Outcome));
            json.WriteString("by", Deciders[i] == Decider.Program ? "program" : "judge");
            json.WriteString("reason", constraint.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        foreach ((string name, double value) in Scores)
        {
            if (Judgements.Missing > 0)
                json.WriteNull(name);
            else
                json.WriteNumber(name, value);
        }
    }
}
