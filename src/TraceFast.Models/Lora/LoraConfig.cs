namespace TraceFast.Models.Lora;

/// <summary>Which modules an adapter touches, as PEFT's target_modules and exclude_modules say it.</summary>
public abstract record ModuleSelector
{
    private ModuleSelector()
    {
    }

    /// <summary>Names or dotted endings of names: q_proj, or model.layers.0.self_attn.q_proj.</summary>
    public sealed record Names(IReadOnlyList<string> Values) : ModuleSelector;

    /// <summary>A regular expression that the whole module name matches.</summary>
    public sealed record Pattern(string Expression) : ModuleSelector;

    /// <summary>Every linear layer but the head.</summary>
    public sealed record AllLinear : ModuleSelector;
}

/// <summary>
/// The settings of a LoRA adapter (arXiv 2106.09685), with PEFT's meaning: y = W x + b + s B A x, A [r, in], B [out, r],
/// s = alpha / r, or alpha / sqrt(r) with rslora (arXiv 2312.03732).
/// </summary>
public sealed record LoraConfig
{
    /// <summary>PEFT's r.</summary>
    public int Rank { get; init; } = 8;

    public double Alpha { get; init; } = 16;

    /// <summary>Probability that an input of A is zeroed in training.</summary>
    public double Dropout { get; init; }

    public bool UseRsLora { get; init; }

    public ModuleSelector Targets { get; init; } = new ModuleSelector.AllLinear();

    public ModuleSelector? Excluded { get; init; }

    /// <summary>Ranks that differ, by a regular expression of the name's ending; the first that matches counts.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Layers to touch; null: all.</summary>
    public IReadOnlyList<int>? LayersToTransform { get; init; }

    /// <summary>Names of the list that holds the layers, where a model has several; null: any.</summary>
    public IReadOnlyList<string>? LayersPattern { get; init; }

    /// <summary>Modules trained and saved whole, by name or dotted ending.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Where the model is that the adapter was made for.</summary>
    public string? BaseModel { get; init; }

    public string? Revision { get; init; }

    /// <summary>LLaMA-Factory's lora_target: "all", or names separated by commas.</summary>
    public static ModuleSelector ParseTargets(string loraTarget)
    {
        string[] names = loraTarget.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
            throw new Data.InputException(
                $"lora_target: found '{loraTarget}', expected all or module names separated by commas, such as q_proj,v_proj");
        return names is ["all"] ? new ModuleSelector.AllLinear() : new ModuleSelector.Names(names);
    }
}
