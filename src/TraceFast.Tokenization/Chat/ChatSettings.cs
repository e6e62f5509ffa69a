namespace TraceFast.Tokenization;

/// <summary>LLaMA-Factory's enable_thinking: what becomes of the thoughts of answers.</summary>
public enum Thinking
{
    /// <summary>Not said: a LLaMA-Factory template takes it as <see cref="On"/>, a model's own template is not told.</summary>
    Unsaid,

    /// <summary>true: an answer without a thought gets an empty one, which is trained.</summary>
    On,

    /// <summary>false: thoughts of answers are left out, and the empty thought ends the prompt, where it is not trained.</summary>
    Off,

    /// <summary>null: thoughts of answers are trained; where there is none, the empty thought ends the prompt.</summary>
    AsGiven,
}

/// <summary>What a chat format is told beside its template; the names in brackets are the configuration keys.</summary>
public sealed record ChatSettings
{
    /// <summary>
    /// Special tokens that a message spells stay plain text, so that no message brings a control token; false: each is its one id, as LLaMA-Factory and
    /// transformers' apply_chat_template read it [split_special_tokens].
    /// </summary>
    public bool SplitSpecialTokens { get; init; } = true;

    /// <summary>What becomes of thoughts [enable_thinking].</summary>
    public Thinking Thinking { get; init; }

    /// <summary>Whether thoughts of earlier answers stay in a prompt [preserve_thinking]; null: not said, which LLaMA-Factory takes as false.</summary>
    public bool? PreserveThinking { get; init; }

    /// <summary>What deviates from not saying anything, for a hash.</summary>
    internal string Hashed =>
        (SplitSpecialTokens ? "" : "\nsplit_special_tokens=false") + (Thinking == Thinking.Unsaid ? "" : $"\nthinking={Thinking}")
        + (PreserveThinking is { } preserve ? $"\npreserve_thinking={preserve}" : "");
}
