namespace TraceFast.Constraints.Phrases;

/// <summary>Templates that share their ends: # stands for what differs.</summary>
public static class Carriers
{
    /// <summary>Each template with each filler in the place of #.</summary>
    public static string[] With(this string[] templates, params ReadOnlySpan<string> fillers)
    {
        List<string> filled = new(templates.Length * fillers.Length);
        foreach (string template in templates)
        {
            foreach (string filler in fillers)
                filled.Add(template.Replace("#", filler, StringComparison.Ordinal));
        }

        return [.. filled];
    }
}
