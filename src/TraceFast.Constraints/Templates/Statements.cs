namespace TraceFast.Constraints.Templates;

/// <summary>States constraints in words, and parses statements of its own making.</summary>
public static class Statements
{
    /// <summary>The templates that state a constraint in a language, in the order of the resource file.</summary>
    public static IReadOnlyList<Template> Fitting(Constraint constraint, Language language) =>
        [.. Rendered(constraint, language).Select(r => r.Template)];

    /// <summary>The constraint by one of its templates.</summary>
    /// <param name="constraint">What to state.</param>
    /// <param name="language">The language to state it in.</param>
    /// <param name="index">Which of the fitting templates; any number from 0 up, it wraps around.</param>
    /// <exception cref="ConstraintException">The type has no template for these fields in that language.</exception>
    public static string Render(Constraint constraint, Language language, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        List<(Template Template, string Text)> rendered = Rendered(constraint, language);
        return rendered.Count > 0 ? rendered[index % rendered.Count].Text
            : throw new ConstraintException($"{constraint} has no template in {language}");
    }

    /// <summary>
    /// The constraint that a text (one line, without its number or bullet) states in any template of a rule-checked type; null: in none.
    /// Text between the slots must be the template's, letter case aside. Where several templates match, the one with the most text of its
    /// own is taken.
    /// </summary>
    public static Constraint? Parse(string text, Language language)
    {
        foreach (Template template in TemplateLibrary.Of(language).For(text).OrderByDescending(t => t.LiteralLength))
        {
            if (template.Parse(text) is { } constraint)
                return constraint;
        }

        return null;
    }

    private static List<(Template Template, string Text)> Rendered(Constraint constraint, Language language)
    {
        Dictionary<string, object> values = Template.Values(constraint);
        List<(Template, string)> rendered = [];
        foreach (Template template in constraint.Type.TemplatesIn(language))
        {
            if (template.Scope == constraint.Scope && template.Render(values) is { } text)
                rendered.Add((template, text));
        }

        return rendered;
    }
}
