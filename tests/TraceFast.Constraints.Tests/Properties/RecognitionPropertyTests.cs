using TraceFast.Constraints.Templates;
using System.Collections.Concurrent;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Recognition;

namespace TraceFast.Constraints.Tests.Properties;

public class RecognitionPropertyTests
{
    private const int PerSort = 8;

    /// <summary>
    /// What any wording of any exact sort says is recognized as that constraint and nothing else, whether a number stands before it and a
    /// full stop after it or not.
    /// </summary>
    [Fact]
    public void The_recogniser_reads_back_what_the_phrasing_wrote()
    {
        ConcurrentBag<string> wrong = [];
        int read = 0;
        (Constraint Constraint,
            Language Language)[] drawn = [
                .. SampledConstraints.WithConflicting(47, PerSort)
                    .SelectMany(d => new[] { (d.Constraint, d.Language), (d.Conflicting, d.Language) }).Distinct()];
        Parallel.For(0, drawn.Length, n =>
        {
            (Constraint constraint, Language language) = drawn[n];
            SeededRandom random = SeededRandom.Split(53, (ulong)n);
            IReadOnlyList<Template> fitting = Statements.Fitting(constraint, language);
            foreach (Template template in fitting)
            {
                if (fitting.Count > 8 && !random.Chance(8.0 / fitting.Count))
                    continue;
                string text = random.Pick(["", "", "1. ", "- "]) + template.Render(constraint)
                    + random.Pick(["", language == Language.Chinese ? "；" : ".", language == Language.Chinese ? "。" : ";"]);
                TraceFast.Constraints.Recognition.Recognition recognition = ConstraintRecognizer.Recognize(text);
                Interlocked.Increment(ref read);
                if (!recognition.IsWhole || recognition.Found is not [var only] || !only.Constraint.Equals(constraint))
                    wrong.Add(
                        $"\"{text}\" says {constraint}, recognized: {string.Join("; ", recognition.Found.Select(f => f.Constraint))}");
            }
        });
        Assert.InRange(read, 3_000, int.MaxValue);
        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {read}\n" + string.Join('\n', wrong.Order(StringComparer.Ordinal).Take(60)));
    }
}
