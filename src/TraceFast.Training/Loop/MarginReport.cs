using System.Text.Json;
using TraceFast.Training.Encoding;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>
/// The margin of every training record that the steps read (the first 2,000 of them) under the policy before the first step and after the
/// last, without dropout; <c>margins.jsonl</c>.
/// </summary>
/// <param name="Before">One margin for each.</param>
/// <param name="After">One margin for each.</param>
internal sealed record MarginReport(IReadOnlyList<int> Records, IReadOnlyList<double> Before, IReadOnlyList<double> After)
{
    public const string FileName = "margins.jsonl";

    public double MeanBefore => Before.Average();

    public double MeanAfter => After.Average();

    /// <summary>Share of the records whose margin rose.</summary>
    public double ShareUp => Before.Zip(After).Average(m => m.Second > m.First ? 1.0 : 0.0);

    /// <param name="reference">Reference log-probs; null where the objective needs none.</param>
    /// <param name="before">[records x roles] policy log-probs before the first step.</param>
    public static MarginReport Of(
        Objective objective, ReportedRecords reported, ReferenceLogProbs? reference, ReferenceLogProbs before, ReferenceLogProbs after) =>
        new([.. reported.Places.Select(p => reported.Base[p].Index)],
            Margins(objective, reported, reference, before), Margins(objective, reported, reference, after));

    public void Write(string folder)
    {
        string path = Path.Combine(folder, FileName);
        using JsonLinesFile file = new(AppendedFile.Open(path, keep: 0));
        for (int i = 0; i < Records.Count; i++)
            file.Append(json => WriteRecord(json, i));
    }

    private void WriteRecord(Utf8JsonWriter json, int i)
    {
        json.WriteNumber("record", Records[i]);
        json.WriteNumber("before", Before[i]);
        json.WriteNumber("after", After[i]);
    }

    private static double[] Margins(Objective objective, ReportedRecords reported, ReferenceLogProbs? reference, ReferenceLogProbs policy)
    {
        double[] margins = new double[reported.Places.Count];
        for (int m = 0; m < margins.Length; m++)
        {
            int place = reported.Places[m];
            SequenceLogProb[] sequences = new SequenceLogProb[objective.Roles.Count];
            for (int i = 0; i < sequences.Length; i++)
                sequences[i] = new SequenceLogProb(
                    policy.Of(place)[i], reference is null ? 0 : reference.Of(place)[i],
                    RecordSequences.LabelCount(reported.Base[place], objective.Roles[i]),
                    RecordSequences.IsVerified(reported.Base[place], objective.Roles[i]));
            margins[m] = objective.EvaluateMicroBatch([sequences])[0].Margin;
        }

        return margins;
    }
}
