namespace TraceFast.Cli.Demo;

/// <summary>How large a demonstration is.</summary>
/// <param name="Regimes">What is compared under.</param>
/// <param name="Seeds">Of quads and their order; each seed is a training run of every method.</param>
/// <param name="Quads">Of one training run.</param>
/// <param name="Prompts">Test prompts with several constraints, for each domain; half as many with one.</param>
/// <param name="ValidationPrompts">Prompts by which settings are chosen; 0: they are read from <see cref="DemoChoices.FileName"/>.</param>
/// <param name="Trials">Settings of the grid that are tried for each method; those after them are not.</param>
/// <param name="EqualTokens">Also trains methods that read two sequences of a quad on twice the quads.</param>
internal sealed record DemoPlan(IReadOnlyList<DemoRegime> Regimes, int Seeds, int Quads, int Prompts, int ValidationPrompts, int Trials, bool EqualTokens)
{
    public static DemoPlan Quick { get; } = new([DemoRegime.Noisy, DemoRegime.Confounded], 1, 800, 200, 0, 0, false);

    public static DemoPlan Full { get; } = new(DemoRegime.All, 5, 800, 500, 600, DemoMethod.Sft.Grid.Count, true);

    /// <summary>Whether what it chooses is what <c>demo</c> uses from then on; a smaller one is a trial.</summary>
    public bool IsWhole => this == Full;
}
